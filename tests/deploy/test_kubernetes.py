"""The chart values: keys that the chart knows, no root, read-only root file systems, secrets by reference."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.docs.markdown import ROOT

FOLDER = ROOT / "deploy/kubernetes"
# Of the chart's own schema (its values.schema.json refuses other keys below these), as far as we use it.
KNOWN = {
    "": {
        "additionalInstanceConfig",
        "dagster-user-deployments",
        "dagsterDaemon",
        "dagsterWebserver",
        "generatePostgresqlPasswordSecret",
        "global",
        "postgresql",
        "runLauncher",
        "telemetry",
    },
    "runLauncher": {"type", "config"},
    "runLauncher.config.k8sRunLauncher": {
        "envConfigMaps",
        "envSecrets",
        "envVars",
        "image",
        "imagePullPolicy",
        "jobNamespace",
        "labels",
        "resources",
        "runK8sConfig",
        "securityContext",
        "volumeMounts",
        "volumes",
    },
    "runLauncher.config.k8sRunLauncher.runK8sConfig": {
        "containerConfig",
        "jobMetadata",
        "jobSpecConfig",
        "podSpecConfig",
        "podTemplateSpecMetadata",
    },
    "dagsterDaemon": {
        "image",
        "podSecurityContext",
        "resources",
        "runCoordinator",
        "runMonitoring",
        "runRetries",
        "securityContext",
        "volumeMounts",
        "volumes",
    },
    "dagsterDaemon.runCoordinator.config.queuedRunCoordinator": {"maxConcurrentRuns", "tagConcurrencyLimits"},
    "dagsterWebserver": {
        "image",
        "podSecurityContext",
        "resources",
        "securityContext",
        "service",
        "volumeMounts",
        "volumes",
    },
}


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((FOLDER / "values.yaml").read_text(encoding="utf-8"))
    return content


def at(values: dict[str, Any], path: str) -> dict[str, Any]:
    for part in filter(None, path.split(".")):
        values = values[part]
    return values


@pytest.mark.parametrize("path", KNOWN)
def test_every_key_is_one_of_the_chart(values: dict[str, Any], path: str) -> None:
    assert set(at(values, path)) <= KNOWN[path]


def test_every_pod_is_without_root_and_cannot_write_to_its_image(values: dict[str, Any]) -> None:
    launcher = values["runLauncher"]["config"]["k8sRunLauncher"]
    (code,) = values["dagster-user-deployments"]["deployments"]
    pods = [
        (code["podSecurityContext"], code["securityContext"]),
        (launcher["runK8sConfig"]["podSpecConfig"]["securityContext"], launcher["securityContext"]),
        *(
            (values[part]["podSecurityContext"], values[part]["securityContext"])
            for part in ("dagsterWebserver", "dagsterDaemon")
        ),
    ]
    for pod, container in pods:
        assert pod["runAsNonRoot"]
        assert pod["runAsUser"] == 10001, "the user of the Dockerfile"
        assert container["readOnlyRootFilesystem"]
        assert container["allowPrivilegeEscalation"] is False
        assert container["capabilities"] == {"drop": ["ALL"]}


def test_nights_write_to_the_claim_and_secrets_reach_the_nights_alone(values: dict[str, Any]) -> None:
    launcher = values["runLauncher"]["config"]["k8sRunLauncher"]
    claim = yaml.safe_load((FOLDER / "volume.yaml").read_text(encoding="utf-8"))
    volumes = {volume["name"]: volume for volume in launcher["volumes"]}
    mounts = {mount["mountPath"]: mount["name"] for mount in launcher["volumeMounts"]}
    assert volumes[mounts["/data"]]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert "AI_USAGE_DATA_DIR=/data" in launcher["envVars"]
    assert {secret["name"] for secret in launcher["envSecrets"]} == {"ai-usage-key", "ai-usage-settings"}
    others = [
        values["dagsterWebserver"],
        values["dagsterDaemon"],
        *values["dagster-user-deployments"]["deployments"],
    ]
    assert not any("envSecrets" in other for other in others)
    assert values["dagster-user-deployments"]["deployments"][0]["includeConfigInLaunchedRuns"] == {
        "enabled": False
    }


def test_no_value_of_a_secret_stands_in_the_file(values: dict[str, Any]) -> None:
    text = json.dumps(values)
    assert "AI_USAGE_PSEUDONYM_KEY" not in text
    assert "SOURCES__" not in text
    assert "postgresqlPassword" not in text
    assert values["generatePostgresqlPasswordSecret"] is False


def test_one_run_at_a_time_of_one_release(values: dict[str, Any]) -> None:
    queue = at(values, "dagsterDaemon.runCoordinator.config.queuedRunCoordinator")
    assert queue["maxConcurrentRuns"] == 1
    images = {
        f"{part['image']['repository']}:{part['image']['tag']}"
        for part in (
            values["dagsterWebserver"],
            values["dagsterDaemon"],
            *values["dagster-user-deployments"]["deployments"],
        )
    }
    assert len(images) == 1
