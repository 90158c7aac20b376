# Two stages: one that installs and builds, one that runs. No compiler, npm or pip cache in the second.

FROM python:3.12-slim AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore

COPY requirements-assets.lock package.json package-lock.json .npmrc ./
RUN python -m venv /opt/node \
    && /opt/node/bin/pip install --quiet --require-hashes -r requirements-assets.lock \
    && PATH="/opt/node/bin:$PATH" npm ci --omit=dev --ignore-scripts --no-update-notifier --loglevel=error

COPY requirements.lock ./
RUN python -m venv /opt/reviewer \
    && /opt/reviewer/bin/pip install --quiet --require-hashes -r requirements.lock

COPY . .
RUN PATH="/opt/node/bin:$PATH" npm run --silent vendor \
    && /opt/reviewer/bin/pip install --quiet --no-deps --no-build-isolation . \
    && /opt/reviewer/bin/pip uninstall --quiet --yes setuptools pip \
    && /opt/reviewer/bin/reviewer --version


FROM python:3.12-slim
RUN groupadd --gid 10001 reviewer \
    && useradd --uid 10001 --gid reviewer --home-dir /data --no-create-home --shell /usr/sbin/nologin reviewer \
    && install -d -o reviewer -g reviewer -m 0700 /data
COPY --from=build /opt/reviewer /opt/reviewer
COPY app.py /srv/
WORKDIR /srv
USER 10001:10001
VOLUME /data
ENV PATH=/opt/reviewer/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    REVIEWER_HOST=0.0.0.0 REVIEWER_PORT=8000 REVIEWER_DATA_DIR=/data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["reviewer", "serve"]
