# Multi-stage: build the environment from the hashed lock, run without a compiler, as a user without rights.
# Run with a read-only root: docker run --read-only --tmpfs /tmp -v /data/area:/area market-profile refresh /area
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements-run.lock pyproject.toml README.md ./
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --require-hashes -r requirements-run.lock
COPY market_profile market_profile
COPY templates templates
COPY data data
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 profile
COPY --from=build /opt/venv /opt/venv
COPY flows /app/flows
COPY prefect.yaml /app/prefect.yaml
WORKDIR /app
# JOBLIB_MULTIPROCESSING: nothing here starts processes by joblib, and it must not warn of a shared memory it may not use
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 HOME=/tmp TZ=Europe/London JOBLIB_MULTIPROCESSING=0
USER 10001
ENTRYPOINT ["market-profile"]
CMD ["--help"]
