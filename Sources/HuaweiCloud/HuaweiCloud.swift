// HuaweiCloud
