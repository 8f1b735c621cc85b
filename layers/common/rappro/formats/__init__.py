"""The file formats: bank statements, each in its modules behind `registry`, and the FEC."""
