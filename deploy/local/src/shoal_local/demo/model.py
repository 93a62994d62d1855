"""The news desk's topic classifier: multinomial logistic regression on frozen sentence vectors."""

import warnings
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

Vectors = npt.NDArray[np.float32]
Names = npt.NDArray[np.str_]

STRENGTH = 10.0  # inverse L2 penalty, fixed beforehand for both arms
STEPS = 100


class TopicModel:
    """A fitted classifier. Raises ValueError when the labels name fewer than two classes."""

    def __init__(self, vectors: Vectors, labels: Sequence[str]) -> None:
        self._model = LogisticRegression(C=STRENGTH, max_iter=STEPS, solver="newton-cg")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # STEPS are enough to rank; both arms alike
            self._model.fit(vectors, np.asarray(labels))
        self.classes: list[str] = [str(name) for name in self._model.classes_]

    def predict(self, vectors: Vectors) -> Names:
        """Return the (n,) most probable topics."""
        return np.asarray(self._model.predict(vectors), dtype=np.str_)

    def probabilities(self, vectors: Vectors) -> npt.NDArray[np.float64]:
        """Return (n, len(classes)) probabilities."""
        return np.asarray(self._model.predict_proba(vectors), dtype=np.float64)
