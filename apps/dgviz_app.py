"""`panel serve apps/dgviz_app.py`: the dashboard; `dgviz serve` is the same with a warm training process."""

from dgviz.ui.app import create_app

create_app().servable(title="dgviz")
