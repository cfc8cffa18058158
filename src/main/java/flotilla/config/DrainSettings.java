package flotilla.config;

import com.typesafe.config.Config;

/** How workers are asked to end. */
public record DrainSettings(Channel channel) {
    /** The way that the question takes. */
    public enum Channel {
        /** A message in the cluster to a worker chosen by the supervisor. */
        CLUSTER,
        /** A message in the terminate-request queue, for whichever worker takes it. */
        QUEUES
    }

    static DrainSettings from(Config config) {
        return new DrainSettings(Choice.of(Channel.class, config.getString("channel"), "flotilla.drain.channel"));
    }
}
