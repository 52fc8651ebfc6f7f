"""What a policy file may hold (政策文件的栏目), and the shape of each entry."""

from __future__ import annotations

from rules import schema, schema_items

SECTIONS: dict[str, type[schema.Shape]] = {
    "policy": schema.PolicyShape,
    "region": schema.RegionShape,
    "sources": schema.SourceShape,
    "departments": schema.DepartmentShape,
    "facts": schema.FactShape,
    "parameters": schema.ParameterShape,
    "settings": schema.SettingShape,
    "conditions": schema.ConditionShape,
    "items": schema_items.ItemShape,
    "supplements": schema_items.SupplementShape,
    "service": schema_items.ServiceShape,
}
"""Section → shape of each of its entries."""

SINGLE = ("policy", "region", "service")
"""Sections that are one entry, not a list."""
