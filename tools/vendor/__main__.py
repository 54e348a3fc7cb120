"""``python -m tools.vendor``: write ``scripts/imaging_trials/site/vendor/`` from the packages that npm installs."""

from tools.vendor.making import FOLDER, make, write


def main() -> None:
    """Replace the vendored files, and print what changed."""
    for line in write(make(), FOLDER):
        print(line)


if __name__ == "__main__":
    main()
