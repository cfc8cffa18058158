package flotilla.protocol;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Where gateways that know no other one find each other: each keeps an entry fresh there. What was written is seen by every look
 * that begins later.
 */
public interface GatewayRegistry {
    /** How far a gateway has come. */
    enum Phase {
        /** It looks for a cluster. */
        LOOKING,
        /** It is about to start one of its own. */
        FOUNDING,
        /** It is in one. */
        MEMBER
    }

    /**
     * What a gateway tells of itself.
     *
     * @param node the address that other nodes know it by, {@code host:port}; one entry for each
     * @param cluster its cluster's oldest gateway, {@code host:port}; empty while it is in none
     * @param gateways in its cluster, itself included; 0 while it is in none
     */
    record Entry(String node, Phase phase, String cluster, int gateways) {}

    /**
     * An entry as it was found.
     *
     * @param age since it was written, by the clock of the store
     */
    record Found(Entry entry, Duration age) {}

    /**
     * Writes a gateway's own entry anew, then reads those of all others.
     *
     * @return the others', in the order of their addresses
     */
    CompletionStage<List<Found>> meet(Entry own);
}
