"""The static site: published tables drawn as pages that open from a file, without a server."""
