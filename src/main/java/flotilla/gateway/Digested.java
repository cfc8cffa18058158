package flotilla.gateway;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.pekko.util.ByteString;

/** The SHA-256 of bytes as they pass by. For one stream; read it when that has ended. */
final class Digested {
    private final MessageDigest digest;

    Digested() {
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    void pass(ByteString bytes) {
        bytes.getByteBuffers().forEach(digest::update);
    }

    /** 64 lower-case hexadecimal digits. Ends the digest. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
