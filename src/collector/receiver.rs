//! From one scrape to metrics, as the Prometheus receiver does it.
