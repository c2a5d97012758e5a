"""`python -m dgviz.train RUN`: the worker's work, on one run, in this process."""

if __name__ == "__main__":
    from ..worker import main

    main()
