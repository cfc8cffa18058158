package flotilla.gateway;

import org.apache.pekko.stream.BidiShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.util.ByteString;

/** A stage between a server and its client, through which the bytes of one connection pass both ways. */
abstract class ByteDuplex extends GraphStage<BidiShape<ByteString, ByteString, ByteString, ByteString>> {
    /** How the server goes on in HTTP/2 when a client of HTTP/1 has offered it. */
    protected static final ByteString SWITCHED = ByteString.fromString("HTTP/1.1 101");

    protected final Inlet<ByteString> fromServer;
    protected final Outlet<ByteString> toClient;
    protected final Inlet<ByteString> fromClient;
    protected final Outlet<ByteString> toServer;
    private final BidiShape<ByteString, ByteString, ByteString, ByteString> shape;

    /** @param name of its ports in what streams say of themselves */
    protected ByteDuplex(String name) {
        fromServer = Inlet.create(name + ".fromServer");
        toClient = Outlet.create(name + ".toClient");
        fromClient = Inlet.create(name + ".fromClient");
        toServer = Outlet.create(name + ".toServer");
        shape = BidiShape.of(fromServer, toClient, fromClient, toServer);
    }

    @Override
    public final BidiShape<ByteString, ByteString, ByteString, ByteString> shape() {
        return shape;
    }
}
