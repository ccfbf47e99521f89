# The program alone in an empty image: a static binary, root certificates, no shell, no user but 65532.
#
#   docker build -t meshctl .
#   docker run --rm -v "$PWD:/dumps:ro" meshctl audit /dumps/web.prom

FROM rust:1.95-alpine AS build
# zstd and ring are compiled from C.
RUN apk add --no-cache build-base ca-certificates
WORKDIR /src
COPY . .
RUN cargo build --locked --profile dist --bin meshctl

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /src/target/dist/meshctl /meshctl
USER 65532:65532
ENTRYPOINT ["/meshctl"]
