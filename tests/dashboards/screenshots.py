"""The pictures of the README, from the demo's site: `make screenshots` writes them to docs/images/.

A picture whose page, figures and drawing are what they were is left alone; `pictures.json` beside them says
what they show.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.dashboards.browser import chromium, reader
from tests.dashboards.pictures import IMAGES, RECORD, ROOT, SHOTS, figures, of_image, recorded, sources

SITE = ROOT / ".data" / "demo" / "site"


def main(site: Path = SITE) -> None:
    """Take every picture that is missing or older than what it shows.

    Raises:
        FileNotFoundError: the demo has not been run.
    """
    IMAGES.mkdir(exist_ok=True)
    record = recorded() if RECORD.is_file() else {}
    with chromium() as browser:
        for shot in SHOTS:
            if not (site / shot.page).is_file():
                raise FileNotFoundError(f"{site / shot.page} is missing: make demo builds it.")
            shows = sources(shot) | {"figures": figures(site / shot.page)}
            known = record.get(shot.name, {})
            if shot.image.is_file() and known == shows | {"image": of_image(shot.image)}:
                continue
            with reader(browser, {**shot.screen, "height": shot.height}, shot.scheme) as looking:
                looking.open(site / shot.page).screenshot(path=shot.image)
            record[shot.name] = shows | {"image": of_image(shot.image)}
    kept = {shot.name: record[shot.name] for shot in SHOTS}
    RECORD.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
