package flotilla.gateway;

import flotilla.domain.ClassificationResult;
import flotilla.domain.FileName;
import flotilla.domain.RequestId;

/** What a request can be told about one upload. */
sealed interface Answer {
    /** There is a result: labels or a failure. */
    record Done(ClassificationResult result) implements Answer {}

    /** Accepted; the result comes later. */
    record Waiting(RequestId id, FileName file) implements Answer {}

    /** Not taken. */
    record Refused(String file, Problem problem) implements Answer {}
}
