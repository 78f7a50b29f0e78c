"""What the catalogue is read from: data files, the texts of types, the versions that are kept."""
