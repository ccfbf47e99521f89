//! The OpenTelemetry Transformation Language.
