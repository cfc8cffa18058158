package flotilla.app;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;

/** The actor system of a gateway that has joined no cluster yet, on a free port of loopback. */
final class LoneGateway {
    static final Config CONFIG = ConfigFactory.parseString("""
            pekko.actor.provider = cluster
            pekko.cluster.roles = [gateway]
            pekko.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
            """)
            .withFallback(ConfigFactory.parseResources("flotilla-pekko.conf"))
            .withFallback(ConfigFactory.load());

    private LoneGateway() {}
}
