import java.io.File;
import java.util.List;
import java.util.stream.Collectors;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.profiles.OWL2DLProfile;
import org.semanticweb.owlapi.profiles.OWLProfileViolation;
import org.semanticweb.owlapi.util.VersionInfo;

/**
 * Checks ontologies against the OWL 2 DL profile. In: the names of files. Out, tab separated: a line "version" with
 * OWLAPI's version; for each file a line "file" with its name and the count of its axioms, then a line "violation" for
 * each rule that it breaks, with the rule's class and the sentence. A file that cannot be read ends the run.
 *
 * <p>Run it without compiling: java -cp '/usr/share/java/*' Profile.java FILE...
 */
public class Profile {
    public static void main(String[] files) throws Exception {
        System.out.println("version\t" + VersionInfo.getVersionInfo().getVersion());
        for (String file : files) {
            OWLOntology ontology =
                    OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(new File(file));
            System.out.println("file\t" + file + "\t" + ontology.getAxiomCount());
            List<OWLProfileViolation> violations = new OWL2DLProfile().checkOntology(ontology).getViolations();
            for (String line : violations.stream().map(Profile::line).sorted().collect(Collectors.toList())) {
                System.out.println(line);
            }
        }
    }

    private static String line(OWLProfileViolation violation) {
        return "violation\t" + violation.getClass().getSimpleName() + "\t"
                + violation.toString().replaceAll("\\s+", " ");
    }
}
