package flotilla.gateway;

import flotilla.gateway.Http2Limits.Excess;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.apache.pekko.stream.StreamTcpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection's TLS, which cuts off a client that is beyond {@link Http2Limits}: only here can its bytes be read before the server
 * has them. Who has chosen HTTP/1 in the handshake may not go on in HTTP/2 (RFC 9113, 3.1): that ends the connection, too.
 * Everything else is the engine's own.
 */
final class Http2Engine extends SSLEngine {
    private static final Logger LOG = LoggerFactory.getLogger(Http2Engine.class);

    /** How the server begins to speak another protocol; it pushes that by itself, so it is at the beginning of what is wrapped. */
    private static final ByteBuffer SWITCHED =
            ByteBuffer.wrap("HTTP/1.1 101".getBytes(StandardCharsets.US_ASCII)).asReadOnlyBuffer();

    private final SSLEngine engine;
    private final Http2Limits limits;

    /** @param engine of which nothing was asked yet */
    Http2Engine(SSLEngine engine, Http2Limits limits) {
        this.engine = engine;
        this.limits = limits;
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] sources, int offset, int length, ByteBuffer destination)
            throws SSLException {
        int[] before = positions(sources, offset, length);
        SSLEngineResult result = engine.wrap(sources, offset, length, destination);
        for (int i = 0; i < length; i++) {
            ByteBuffer sent = since(before[i], sources[offset + i]);
            if (startsWithSwitch(sent)) {
                throw cutOff("a change to HTTP/2 within TLS");
            }
            limits.sent(sent);
        }
        return result;
    }

    /** @throws StreamTcpException as for a client that has gone, when the client is beyond the limits, or sends more after the server has told it of an error */
    @Override
    public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] destinations, int offset, int length)
            throws SSLException {
        int[] before = positions(destinations, offset, length);
        SSLEngineResult result = engine.unwrap(source, destinations, offset, length);
        if (result.bytesProduced() > 0 && limits.isOver()) {
            throw cutOff("bytes after an error");
        }
        for (int i = 0; i < length; i++) {
            Optional<Excess> excess = limits.received(since(before[i], destinations[offset + i]));
            if (excess.isPresent()) {
                throw cutOff(excess.get().what());
            }
        }
        return result;
    }

    private static StreamTcpException cutOff(String what) {
        LOG.info("a connection over TLS cut off for {}", what);
        return new StreamTcpException(what);
    }

    private static int[] positions(ByteBuffer[] buffers, int offset, int length) {
        int[] positions = new int[length];
        for (int i = 0; i < length; i++) {
            positions[i] = buffers[offset + i].position();
        }
        return positions;
    }

    /** What was read from a buffer, or written to it, since it stood at a position. */
    private static ByteBuffer since(int position, ByteBuffer buffer) {
        return buffer.duplicate().flip().position(position);
    }

    private static boolean startsWithSwitch(ByteBuffer bytes) {
        return bytes.remaining() >= SWITCHED.remaining()
                && bytes.duplicate()
                        .limit(bytes.position() + SWITCHED.remaining())
                        .equals(SWITCHED);
    }

    @Override
    public void closeInbound() throws SSLException {
        engine.closeInbound();
    }

    @Override
    public void beginHandshake() throws SSLException {
        engine.beginHandshake();
    }

    @Override
    public Runnable getDelegatedTask() {
        return engine.getDelegatedTask();
    }

    @Override
    public boolean isInboundDone() {
        return engine.isInboundDone();
    }

    @Override
    public void closeOutbound() {
        engine.closeOutbound();
    }

    @Override
    public boolean isOutboundDone() {
        return engine.isOutboundDone();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return engine.getSupportedCipherSuites();
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return engine.getEnabledCipherSuites();
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        engine.setEnabledCipherSuites(suites);
    }

    @Override
    public String[] getSupportedProtocols() {
        return engine.getSupportedProtocols();
    }

    @Override
    public String[] getEnabledProtocols() {
        return engine.getEnabledProtocols();
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {
        engine.setEnabledProtocols(protocols);
    }

    @Override
    public SSLSession getSession() {
        return engine.getSession();
    }

    @Override
    public SSLSession getHandshakeSession() {
        return engine.getHandshakeSession();
    }

    @Override
    public HandshakeStatus getHandshakeStatus() {
        return engine.getHandshakeStatus();
    }

    @Override
    public void setUseClientMode(boolean mode) {
        engine.setUseClientMode(mode);
    }

    @Override
    public boolean getUseClientMode() {
        return engine.getUseClientMode();
    }

    @Override
    public void setNeedClientAuth(boolean need) {
        engine.setNeedClientAuth(need);
    }

    @Override
    public boolean getNeedClientAuth() {
        return engine.getNeedClientAuth();
    }

    @Override
    public void setWantClientAuth(boolean want) {
        engine.setWantClientAuth(want);
    }

    @Override
    public boolean getWantClientAuth() {
        return engine.getWantClientAuth();
    }

    @Override
    public void setEnableSessionCreation(boolean flag) {
        engine.setEnableSessionCreation(flag);
    }

    @Override
    public boolean getEnableSessionCreation() {
        return engine.getEnableSessionCreation();
    }

    @Override
    public SSLParameters getSSLParameters() {
        return engine.getSSLParameters();
    }

    @Override
    public void setSSLParameters(SSLParameters parameters) {
        engine.setSSLParameters(parameters);
    }

    @Override
    public String getApplicationProtocol() {
        return engine.getApplicationProtocol();
    }

    @Override
    public String getHandshakeApplicationProtocol() {
        return engine.getHandshakeApplicationProtocol();
    }

    @Override
    public String getPeerHost() {
        return engine.getPeerHost();
    }

    @Override
    public int getPeerPort() {
        return engine.getPeerPort();
    }

    @Override
    public BiFunction<SSLEngine, List<String>, String> getHandshakeApplicationProtocolSelector() {
        return engine.getHandshakeApplicationProtocolSelector();
    }

    @Override
    public void setHandshakeApplicationProtocolSelector(BiFunction<SSLEngine, List<String>, String> selector) {
        engine.setHandshakeApplicationProtocolSelector(selector);
    }
}
