"""What can go wrong with the private cluster, said in both languages."""


class ClusterError(RuntimeError):
    """The private cluster cannot be made, started or stopped.

    Parameters
    ----------
    chinese, english
        The same message twice: what is wrong and what the reader can do about it.
    """

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")
        self.chinese = chinese
        self.english = english
