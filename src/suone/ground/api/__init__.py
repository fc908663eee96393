"""What all API responses share: base schemas that reject unknown fields, and errors as problem details."""
