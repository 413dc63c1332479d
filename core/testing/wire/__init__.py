"""The wire protocols of AWS, read and written at the server's end, after botocore's models."""
