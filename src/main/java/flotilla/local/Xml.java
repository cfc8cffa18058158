package flotilla.local;

import java.util.Optional;
import java.util.function.Consumer;

/** Writes the answers of the Query APIs: nested elements and text, no attributes below the root. */
final class Xml {
    private final StringBuilder text = new StringBuilder();

    /** An element with text. */
    Xml put(String name, Object value) {
        text.append('<').append(name).append('>');
        escape(String.valueOf(value));
        text.append("</").append(name).append('>');
        return this;
    }

    /** An element with text, when there is one. */
    Xml put(String name, Optional<?> value) {
        value.ifPresent(present -> put(name, present));
        return this;
    }

    /** Text without an element around it. */
    void text(Object value) {
        escape(String.valueOf(value));
    }

    /** An element with others inside. */
    Xml nest(String name, Consumer<Xml> inside) {
        text.append('<').append(name).append('>');
        inside.accept(this);
        text.append("</").append(name).append('>');
        return this;
    }

    /** A list as EC2 writes it: {@code <name><item>…</item>…</name>}. */
    <T> Xml list(String name, Iterable<T> elements, Consumer<T> inside) {
        return nest(name, xml -> elements.forEach(element -> nest("item", item -> inside.accept(element))));
    }

    /** A list as EC2 Auto Scaling writes it: {@code <name><member>…</member>…</name>}. */
    <T> Xml members(String name, Iterable<T> elements, Consumer<T> inside) {
        return nest(name, xml -> elements.forEach(element -> nest("member", member -> inside.accept(element))));
    }

    /** The whole answer to a successful call of EC2. */
    static String ec2Response(String action, String requestId, Consumer<Xml> inside) {
        Xml xml = new Xml();
        xml.text
                .append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<")
                .append(action)
                .append("Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">");
        xml.put("requestId", requestId);
        inside.accept(xml);
        return xml.text.append("</").append(action).append("Response>\n").toString();
    }

    /** The whole answer to a successful call of EC2 Auto Scaling. */
    static String autoScalingResponse(String action, String requestId, Consumer<Xml> inside) {
        Xml xml = new Xml();
        xml.text
                .append("<")
                .append(action)
                .append("Response xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">");
        xml.nest(action + "Result", inside);
        xml.nest("ResponseMetadata", metadata -> metadata.put("RequestId", requestId));
        return xml.text.append("</").append(action).append("Response>\n").toString();
    }

    /** The whole answer to a refused call of EC2 Auto Scaling. */
    static String autoScalingError(Ec2Exception error, String requestId) {
        Xml xml = new Xml();
        xml.text.append("<ErrorResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">");
        xml.nest(
                "Error",
                one -> one.put("Type", error.httpStatus() < 500 ? "Sender" : "Receiver")
                        .put("Code", error.code())
                        .put("Message", error.getMessage()));
        xml.put("RequestId", requestId);
        return xml.text.append("</ErrorResponse>\n").toString();
    }

    /** The whole answer to a refused call of EC2. */
    static String ec2Error(Ec2Exception error, String requestId) {
        Xml xml = new Xml();
        xml.text.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.nest(
                "Response",
                response -> response.nest(
                                "Errors",
                                errors -> errors.nest(
                                        "Error",
                                        one -> one.put("Code", error.code()).put("Message", error.getMessage())))
                        .put("RequestID", requestId));
        return xml.text.append('\n').toString();
    }

    private void escape(String value) {
        value.codePoints().forEach(point -> {
            switch (point) {
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                case '&' -> text.append("&amp;");
                case '"' -> text.append("&quot;");
                case '\r' -> text.append("&#13;");
                default -> {
                    // XML 1.0 has no way to write other control characters.
                    if (point >= ' ' || point == '\n' || point == '\t') {
                        text.appendCodePoint(point);
                    } else {
                        text.append('?');
                    }
                }
            }
        });
    }
}
