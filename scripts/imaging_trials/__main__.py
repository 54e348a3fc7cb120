"""``python -m imaging_trials`` is ``imt``."""

from imaging_trials.cli import main

raise SystemExit(main())
