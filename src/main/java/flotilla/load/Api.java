package flotilla.load;

/** Which of the interface's ways an image takes. */
public enum Api {
    /** A multipart form, answered when there is a result: what the clients of the earlier services do. */
    CLASSIC,
    /** {@code POST /v1/classifications} that waits a while, then long polls. */
    V1,
    /** {@code POST /v1/classifications} that is answered at once with a promise, then long polls. */
    ASYNC
}
