"""The CDK's entry point: writes the templates of the over-provisioned estate to cdk.out."""

from __future__ import annotations

from estate.application import application

if __name__ == "__main__":
    application().synth()
