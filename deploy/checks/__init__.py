"""What deploy/check asks of manifests: each check yields one line for each finding."""
