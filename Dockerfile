# The image of connect-apps. Both bases are arguments, so that you can use a mirror or bases of your own:
#   BUILD  has a shell, npm and Node.js 24
#   RUN    has Node.js 24 at /nodejs/bin/node, the C and C++ libraries, and certificates; it needs no shell
ARG BUILD=docker.io/library/node:24-bookworm-slim
ARG RUN=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${BUILD} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
# The package as npm ships it, with its production tree. Of the database driver's binaries one runs here.
RUN npm run build \
 && node build/slim.ts \
 && mkdir -p /image /data \
 && tar -xzf "$(npm pack --silent --ignore-scripts)" -C /image --strip-components=1 \
 && npm prune --omit=dev --ignore-scripts \
 && rm -r /image/node_modules \
 && mv node_modules /image/ \
 && find /image/node_modules/better-sqlite3/prebuilds -type f ! -name "linux-$(node -p process.arch).node" -delete \
 && find /image -name '*.map' -delete

FROM ${RUN} AS serve
LABEL org.opencontainers.image.title="connect-apps" \
      org.opencontainers.image.description="A self-hosted server for Twilio Connect Apps" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /image /app
COPY --from=build --chown=65532:65532 --chmod=0700 /data /data
ENV NODE_ENV=production CONNECT_APPS_HOST=0.0.0.0 CONNECT_APPS_DATA_DIR=/data
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 2010
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["/nodejs/bin/node", "/app/bin/connect-apps.js", "health"]
ENTRYPOINT ["/nodejs/bin/node", "/app/bin/connect-apps.js"]
CMD ["serve"]

# docker build --target test --tag connect-apps:test .
FROM serve AS test
CMD ["test-server", "--host", "0.0.0.0", "--port", "2010", "--json", "--keep"]

FROM serve
