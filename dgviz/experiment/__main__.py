"""`python -m dgviz.experiment RUN`: the worker's work, on one run, in this process."""

if __name__ == "__main__":
    from dgviz.experiment.worker import main

    main()
