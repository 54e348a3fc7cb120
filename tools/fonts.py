"""``make fonts``: write the fonts of the site, subsets of Source Sans 3, and the lock that describes them.

It needs npm, fonttools and brotli, which are in the environment of ``tests/browser.lock``. The license (SIL Open Font
License 1.1, section 3) reserves the name "Source" for the original, so a subset has another name.
"""

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

PACKAGE = "source-sans@3.52.0"
INTEGRITY = "sha512-xsm7qlMI/JwxwNdp6pvpR6l+aZjn90fzOzoeUz/qoohIYbKbDwQNRIz5/ItYs7/hvqLirQNUoDFGXSVA3TU9tw=="
NAME = "Reading Sans"
WEIGHTS = {"regular": "SourceSans3-Regular", "semibold": "SourceSans3-Semibold"}
LICENSE = "package/LICENSE.md"

CHARACTERS = (
    "U+20-7E", "U+A0-17F", "U+192", "U+2C6", "U+2DC", "U+391-3A1", "U+3A3-3A9", "U+3B1-3C9", "U+1D49", "U+1D50",
    "U+2007", "U+2009", "U+200A", "U+2010-2015", "U+2018-201E", "U+2020-2022", "U+2026", "U+202F", "U+2030", "U+2032",
    "U+2033", "U+2039", "U+203A", "U+2044", "U+2070", "U+2071", "U+2074-208E", "U+20AC", "U+2122", "U+2190-2193",
    "U+2197", "U+2212", "U+2248", "U+2260", "U+2264", "U+2265", "U+25A0", "U+25A1", "U+25B2", "U+25B8", "U+25C6",
    "U+25CB", "U+25CF",
)  # fmt: skip
"""Latin, Greek, raised and lowered figures, signs, and the shapes of the marks."""

FEATURES = ("ccmp", "kern", "mark", "mkmk")


def main(folder: Path) -> None:
    """Write the fonts, their license and their lock into a folder."""
    with tempfile.TemporaryDirectory() as name:
        packed = fetched(Path(name))
        with tarfile.open(packed) as package:
            package.extractall(name, filter="data")
        lines = [f"package {PACKAGE}", f"integrity {integrity(packed)}", "license OFL-1.1"]
        made = {"OFL.txt": (Path(name) / LICENSE).read_bytes()}
        for weight, original in WEIGHTS.items():
            source = Path(name) / "package" / "TTF" / f"{original}.ttf"
            made[f"reading-sans-{weight}.woff2"] = cut(source, weight)
    for file, data in made.items():
        (folder / file).write_bytes(data)
        lines.append(f"sha256 {hashlib.sha256(data).hexdigest()} {file}")
    (folder / "fonts.lock").write_text("\n".join(lines) + "\n", encoding="utf-8")


def fetched(folder: Path) -> Path:
    """Return the packed package, which must be the one that was read when this was written."""
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (packed,) = folder.glob("*.tgz")
    if integrity(packed) != INTEGRITY:
        sys.exit(f"{PACKAGE} has the integrity {integrity(packed)}, not {INTEGRITY}.")
    return packed


def integrity(file: Path) -> str:
    """Return the integrity of a file as npm writes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()


def cut(source: Path, weight: str) -> bytes:
    """Return a subset of a font under another name, as WOFF2."""
    options = subset.Options()
    options.layout_features = list(FEATURES)
    options.hinting = False
    options.notdef_outline = True
    options.flavor = "woff2"
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=subset.parse_unicodes(",".join(CHARACTERS)))
    cutter.subset(font)
    rename(font, weight)
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "font.woff2"
        subset.save_font(font, file, options)
        return file.read_bytes()


def rename(font: TTFont, weight: str) -> None:
    """Give a font the name of the subset in each record that has one."""
    style = weight.capitalize()
    names = {1: f"{NAME} {style}", 2: "Regular", 3: f"{NAME} {style}", 4: f"{NAME} {style}", 6: f"ReadingSans-{style}"}
    for record in list(font["name"].names):
        if record.nameID in names:
            record.string = names[record.nameID]
        elif record.nameID not in (0, 13, 14):  # the copyright and the license stay
            font["name"].names.remove(record)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("scripts/imaging_trials/site/fonts"))
