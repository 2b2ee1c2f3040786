"""See the package."""

from hub.demo.shapes import DemoResource

RESOURCES: tuple[DemoResource, ...] = ()
