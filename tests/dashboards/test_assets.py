"""Bundles: recorded with version, licence and hash; missing ones are told."""

from __future__ import annotations

import base64
import hashlib
import json
import tarfile
from pathlib import Path

import pytest

from dashboards import assets
from dashboards.errors import SiteError


def test_every_bundle_is_recorded_whole_and_without_an_address() -> None:
    recorded = json.loads((assets.HERE / "bundles.json").read_text(encoding="utf-8"))
    assert {bundle["package"] for bundle in recorded} == {"echarts", "axe-core"}
    for bundle in recorded:
        assert bundle["licence"] in {"Apache-2.0", "MPL-2.0"}
        assert len(base64.b64decode(bundle["integrity"].removeprefix("sha512-"))) == 64
        assert any("LICENSE" in name for name in bundle["files"])
    assert "://" not in json.dumps(recorded)


def test_a_missing_bundle_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "BUNDLES", tmp_path)
    with pytest.raises(SiteError, match="make assets"):
        assets.write_assets(tmp_path / "out")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An npm that brings a package with one file."""
    (tmp_path / "chart.js").write_text("draw()")
    archive = tmp_path / "made.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(tmp_path / "chart.js", "package/chart.js")
    npm = tmp_path / "npm"
    # npm pack NAME --ignore-scripts --pack-destination FOLDER
    npm.write_text(f'#!/bin/sh\nexec cp {archive} "$5/chart-1.0.0.tgz"\n')
    npm.chmod(0o755)
    monkeypatch.setattr(assets, "_npm", lambda: [str(npm)])
    monkeypatch.setattr(assets, "HERE", tmp_path)
    return archive


def record(folder: Path, digest: bytes) -> None:
    bundle = {
        "package": "chart",
        "version": "1.0.0",
        "integrity": "sha512-" + base64.b64encode(digest).decode(),
        "files": {"package/chart.js": "chart.min.js"},
    }
    (folder / "bundles.json").write_text(json.dumps([bundle]))


def test_a_bundle_is_taken_when_its_hash_is_the_recorded_one(tmp_path: Path, package: Path) -> None:
    record(tmp_path, hashlib.sha512(package.read_bytes()).digest())
    assets.bring_bundles(tmp_path / "bundles")
    assert (tmp_path / "bundles" / "chart.min.js").read_text() == "draw()"


def test_another_package_than_the_recorded_one_is_refused(tmp_path: Path, package: Path) -> None:
    record(tmp_path, hashlib.sha512(b"another").digest())
    with pytest.raises(SiteError, match="not the package"):
        assets.bring_bundles(tmp_path / "bundles")
    assert list((tmp_path / "bundles").iterdir()) == []
