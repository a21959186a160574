// ExporterCore
