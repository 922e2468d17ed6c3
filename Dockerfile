# The image for a container engine and for Kubernetes; docs/deploy.md says how to run it.
# Two stages: pip and its leftovers stay in the first. Everything that a run writes goes to the volume.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /opt/ai-usage
COPY deploy/requirements.lock deploy/requirements.lock
RUN python -m venv .venv \
    && .venv/bin/pip install --no-compile --require-hashes -r deploy/requirements.lock -c deploy/requirements.lock
COPY . .
# What the site draws with comes from the checkout (make assets): the image's build needs no npm.
RUN test -s dashboards/bundles/echarts.min.js || { echo "Run make assets before building the image." >&2; exit 1; }
# Editable, because the models lie beside the code; no build isolation, because that would fetch what is not locked.
RUN .venv/bin/pip install --no-deps --no-build-isolation --no-compile --editable .
# Compiled here once: the image is read-only, and without byte code every start would take twice as long.
RUN .venv/bin/python -m compileall -q -j 0 .
# The project as dbt reads it, for Dagster and the first night. Reading needs no warehouse and no secret.
RUN .venv/bin/python -m orchestration.install \
    && rm -f manifest/graph_summary.json manifest/perf_info.json .user.yml

FROM ${PYTHON_IMAGE}
# tini hands signals on and collects dbt's processes.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 ai-usage \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin ai-usage \
    && install -d -m 0700 -o ai-usage -g ai-usage /data \
    && install -d -m 0755 /etc/ai-usage
COPY --from=build /opt/ai-usage /opt/ai-usage
ENV PATH=/opt/ai-usage/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AI_USAGE_DATA_DIR=/data \
    DAGSTER_HOME=/data/dagster
# dlt reads .dlt/config.toml from here; mount a folder over it, or give every setting in the environment.
WORKDIR /etc/ai-usage
VOLUME /data
USER 10001:10001
# The commonest fault of a new container: the volume is missing, full, or another user's.
HEALTHCHECK --interval=5m --timeout=10s CMD ["sh", "-c", "touch /data/.health && rm /data/.health"]
ENTRYPOINT ["tini", "--"]
CMD ["ai-usage", "run", "--quiet"]
