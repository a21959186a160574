// CloudSimulator
