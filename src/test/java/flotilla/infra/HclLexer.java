package flotilla.infra;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Cuts HCL, the language of Terraform and Packer, into tokens. Of templates only interpolations are known, no directives.
 *
 * @see <a href="https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md">the language's specification</a>
 */
final class HclLexer {
    /** What a token is. The text of a template is what stands between its quotes, as it was written. */
    enum Kind {
        NAME,
        NUMBER,
        TEMPLATE,
        SIGN,
        NEWLINE,
        END
    }

    record Token(Kind kind, String text, int line) {
        boolean is(String sign) {
            return kind == Kind.SIGN && text.equals(sign);
        }
    }

    private static final List<String> SIGNS = List.of(
            "...", "==", "!=", "<=", ">=", "&&", "||", "=>", "{", "}", "[", "]", "(", ")", "=", "<", ">", "!", "?", ":",
            ",", ".", "+", "-", "*", "/", "%");

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private final Map<Integer, String> comments = new TreeMap<>();
    private int at;
    private int line;

    private HclLexer(String text, int line) {
        this.text = text;
        this.line = line;
    }

    /**
     * All tokens, the last one an {@link Kind#END}, and the comments by their lines.
     *
     * @param line number of the text's first line
     * @throws IllegalArgumentException with the line when something is no token
     */
    static Cut cut(String text, int line) {
        HclLexer lexer = new HclLexer(text, line);
        lexer.run();
        return new Cut(List.copyOf(lexer.tokens), Map.copyOf(lexer.comments));
    }

    record Cut(List<Token> tokens, Map<Integer, String> comments) {}

    private void run() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                add(Kind.NEWLINE, "\n");
                at++;
                line++;
            } else if (Character.isWhitespace(c)) {
                at++;
            } else if (c == '#' || text.startsWith("//", at)) {
                comment();
            } else if (c == '"') {
                int end = endOfQuoted(at);
                add(Kind.TEMPLATE, text.substring(at + 1, end - 1));
                at = end;
            } else if (text.startsWith("<<", at)) {
                heredoc();
            } else if (Character.isLetter(c) || c == '_') {
                word(Kind.NAME, "-_");
            } else if (Character.isDigit(c)) {
                word(Kind.NUMBER, ".");
            } else {
                sign();
            }
        }
        add(Kind.END, "");
    }

    private void add(Kind kind, String what) {
        tokens.add(new Token(kind, what, line));
    }

    private void comment() {
        int end = text.indexOf('\n', at);
        end = end < 0 ? text.length() : end;
        comments.put(line, text.substring(at, end));
        at = end;
    }

    private void word(Kind kind, String besides) {
        int start = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || besides.indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        add(kind, text.substring(start, at));
    }

    private void sign() {
        String sign = SIGNS.stream()
                .filter(one -> text.startsWith(one, at))
                .findFirst()
                .orElseThrow(() -> wrong("no token begins with " + text.charAt(at)));
        add(Kind.SIGN, sign);
        at += sign.length();
    }

    private void heredoc() {
        int end = text.indexOf('\n', at);
        String mark = text.substring(at + 2, end).replaceFirst("^-", "").strip();
        int start = end + 1;
        int close = start;
        while (!line(close).strip().equals(mark)) {
            close = text.indexOf('\n', close) + 1;
            if (close == 0) {
                throw wrong("a heredoc " + mark + " has no end");
            }
        }
        String content = text.substring(start, close);
        add(Kind.TEMPLATE, content);
        line += 1 + (int) content.chars().filter(c -> c == '\n').count();
        at = close + line(close).length();
    }

    private String line(int from) {
        int end = text.indexOf('\n', from);
        return text.substring(from, end < 0 ? text.length() : end);
    }

    private int endOfQuoted(int from) {
        int i = from + 1;
        while (i < text.length() && text.charAt(i) != '"') {
            if (text.charAt(i) == '\n') {
                break;
            }
            i = afterPiece(text, i);
        }
        if (i >= text.length() || text.charAt(i) != '"') {
            throw wrong("a quote has no end");
        }
        return i + 1;
    }

    /** Where the next piece of a template begins: after one character, an escape, or an interpolation. */
    static int afterPiece(String text, int from) {
        if (text.charAt(from) == '\\' || text.startsWith("$$", from)) {
            return from + 2;
        }
        return text.startsWith("${", from) ? endOfInterpolation(text, from) : from + 1;
    }

    private static int endOfInterpolation(String text, int from) {
        int depth = 0;
        int i = from + 1;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '"') {
                i = new HclLexer(text, 0).endOfQuoted(i);
                continue;
            }
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            i++;
            if (depth == 0) {
                return i;
            }
        }
        throw new IllegalArgumentException("an interpolation has no end: " + text);
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("line " + line + ": " + what);
    }
}
