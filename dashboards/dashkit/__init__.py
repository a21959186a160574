"""The dashboards of huaweicloud-artifact-exporter: their description, their JSON and what checks them."""
