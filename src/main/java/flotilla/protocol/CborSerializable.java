package flotilla.protocol;

/** Marks the messages that cross nodes; they are serialized with Jackson as CBOR. */
public interface CborSerializable {}
