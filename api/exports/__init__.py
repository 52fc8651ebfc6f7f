"""Pictures and exports of plans (图与导出): Gantt and graph as SVG, BPMN 2.0, iCalendar, CSV, GraphML."""
