"""`python -m dgviz`, which is also the command `dgviz`."""

from dgviz.signals import INTERRUPTED, end_at_once, terminate_as_interrupt


def main() -> None:
    """Run the command line. Ctrl-C and SIGTERM end it with a word, also while it is still being imported."""
    with end_at_once():
        from dgviz.cli import app
    terminate_as_interrupt()
    try:
        app()
    except KeyboardInterrupt:  # outside what a command does
        raise SystemExit(INTERRUPTED) from None


if __name__ == "__main__":
    main()
