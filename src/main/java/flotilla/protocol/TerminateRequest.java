package flotilla.protocol;

/**
 * Some worker of a cluster is to end, whichever takes this first.
 *
 * @param cluster the cluster's name
 * @param token names the request; later ones have higher tokens
 */
public record TerminateRequest(String cluster, long token) {}
