package flotilla.infra;

import flotilla.infra.Hcl.Attribute;
import flotilla.infra.Hcl.Block;
import flotilla.infra.Hcl.Body;
import flotilla.infra.Hcl.Document;
import flotilla.infra.Hcl.Expression;
import flotilla.infra.HclLexer.Kind;
import flotilla.infra.HclLexer.Token;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * Reads HCL. Precedence of operators is not kept, since nothing is calculated here.
 *
 * @see <a href="https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md">the language's specification</a>
 */
final class HclParser {
    private static final Set<String> BINARY =
            Set.of("==", "!=", "<", ">", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%");
    private static final Set<String> WORDS = Set.of("true", "false", "null");

    private final List<Token> tokens;
    /** Whether line ends mean nothing where we are: within parentheses and brackets. */
    private final Deque<Boolean> linesMerge = new ArrayDeque<>(List.of(false));

    private int at;

    private HclParser(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** @throws IllegalArgumentException with the line when it is no HCL */
    static Document parse(String text) {
        HclLexer.Cut cut = HclLexer.cut(text, 1);
        HclParser parser = new HclParser(cut.tokens());
        Body body = parser.body();
        if (parser.peek().kind() != Kind.END) {
            throw parser.wrong("the end");
        }
        return new Document(body, cut.comments());
    }

    private Body body() {
        List<Attribute> attributes = new ArrayList<>();
        List<Block> blocks = new ArrayList<>();
        skipLines();
        while (peek().kind() == Kind.NAME) {
            Token name = next();
            if (peek().is("=")) {
                next();
                attributes.add(new Attribute(name.text(), expression(), name.line()));
            } else {
                blocks.add(block(name));
            }
            if (!peek().is("}") && peek().kind() != Kind.END && peek().kind() != Kind.NEWLINE) {
                throw wrong("the end of the line");
            }
            skipLines();
        }
        return new Body(attributes, blocks);
    }

    private Block block(Token type) {
        List<String> labels = new ArrayList<>();
        while (peek().kind() == Kind.NAME || peek().kind() == Kind.TEMPLATE) {
            labels.add(next().text());
        }
        expect("{");
        Body body = body();
        expect("}");
        return new Block(type.text(), labels, body, type.line());
    }

    private Expression expression() {
        Expression left = operand();
        List<Expression> operands = new ArrayList<>(List.of(left));
        while (peek().kind() == Kind.SIGN && (BINARY.contains(peek().text()) || peek().is("?"))) {
            boolean choice = next().is("?");
            operands.add(choice ? expression() : operand());
            if (choice) {
                expect(":");
                operands.add(expression());
            }
        }
        return operands.size() == 1 ? left : new Hcl.Several("operators", operands);
    }

    private Expression operand() {
        Token token = next();
        if (token.is("!") || token.is("-")) {
            return new Hcl.Several(token.text(), List.of(operand()));
        }
        if (token.is("(")) {
            Expression inner = merged(this::expression, ")");
            return steps(inner, token);
        }
        if (token.is("[")) {
            return steps(list(), token);
        }
        if (token.is("{")) {
            return steps(fields(), token);
        }
        return switch (token.kind()) {
            case NUMBER -> new Hcl.Constant(token.text());
            case TEMPLATE -> template(token);
            case NAME -> name(token);
            default -> throw wrong("an expression, not " + token.text());
        };
    }

    private Expression name(Token token) {
        if (WORDS.contains(token.text())) {
            return new Hcl.Constant(token.text());
        }
        if (peek().is("(")) {
            next();
            return steps(merged(() -> new Hcl.Call(token.text(), arguments(")")), ")"), token);
        }
        List<Expression> indices = new ArrayList<>();
        List<String> steps = steps(indices);
        return new Hcl.Reference(token.text(), steps, indices, token.line());
    }

    /** An expression with a way from there. */
    private Expression steps(Expression base, Token token) {
        List<Expression> indices = new ArrayList<>(List.of(base));
        return steps(indices).isEmpty() ? base : new Hcl.Several("steps of line " + token.line(), indices);
    }

    private List<String> steps(List<Expression> indices) {
        List<String> steps = new ArrayList<>();
        while (peek().is(".") || peek().is("[")) {
            if (next().is(".")) {
                Token step = next();
                steps.add(step.is("*") ? "[]" : step.text());
            } else if (peek().is("*")) {
                next();
                expect("]");
                steps.add("[]");
            } else {
                indices.add(merged(this::expression, "]"));
                steps.add("[]");
            }
        }
        return steps;
    }

    private Expression list() {
        return merged(
                () -> peek().kind() == Kind.NAME && peek().text().equals("for")
                        ? comprehension("]")
                        : new Hcl.Several("list", arguments("]")),
                "]");
    }

    private List<Expression> arguments(String end) {
        List<Expression> arguments = new ArrayList<>();
        while (!peek().is(end)) {
            arguments.add(expression());
            if (peek().is("...")) {
                next();
            }
            if (!peek().is(end)) {
                expect(",");
            }
        }
        return arguments;
    }

    private Expression fields() {
        linesMerge.push(false);
        skipLines();
        if (peek().kind() == Kind.NAME && peek().text().equals("for")) {
            linesMerge.pop();
            return merged(() -> comprehension("}"), "}");
        }
        List<Hcl.Entry> entries = new ArrayList<>();
        while (!peek().is("}")) {
            entries.add(entry());
            if (peek().is(",")) {
                next();
            } else if (!peek().is("}") && peek().kind() != Kind.NEWLINE) {
                throw wrong("a comma or the end of the line");
            }
            skipLines();
        }
        linesMerge.pop();
        expect("}");
        return new Hcl.Fields(entries);
    }

    private Hcl.Entry entry() {
        Expression key = expression();
        if (key instanceof Hcl.Reference bare && bare.steps().isEmpty()) {
            key = new Hcl.Constant(bare.root());
        }
        if (!next().is("=")) {
            at--;
            expect(":");
        }
        return new Hcl.Entry(key, expression());
    }

    private Expression comprehension(String end) {
        next();
        List<String> variables = new ArrayList<>(List.of(next().text()));
        if (peek().is(",")) {
            next();
            variables.add(next().text());
        }
        if (!next().text().equals("in")) {
            throw wrong("in");
        }
        List<Expression> expressions = new ArrayList<>(List.of(expression()));
        expect(":");
        expressions.add(expression());
        if (peek().is("=>")) {
            next();
            expressions.add(expression());
        }
        if (peek().is("...")) {
            next();
        }
        if (!peek().is(end)) {
            if (!next().text().equals("if")) {
                throw wrong("if");
            }
            expressions.add(expression());
        }
        return new Hcl.Comprehension(variables, expressions);
    }

    private static Expression template(Token token) {
        List<Expression> pieces = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < token.text().length(); ) {
            int end = HclLexer.afterPiece(token.text(), i);
            String piece = token.text().substring(i, end);
            if (piece.startsWith("${")) {
                pieces.add(new Hcl.Constant(text.toString()));
                text.setLength(0);
                String inner = piece.substring(2, piece.length() - 1);
                HclParser parser =
                        new HclParser(HclLexer.cut(inner, token.line()).tokens());
                parser.linesMerge.push(true);
                pieces.add(parser.expression());
            } else {
                text.append(unescaped(piece));
            }
            i = end;
        }
        if (pieces.isEmpty()) {
            return new Hcl.Constant(text.toString());
        }
        pieces.add(new Hcl.Constant(text.toString()));
        return new Hcl.Template(pieces);
    }

    private static String unescaped(String piece) {
        return switch (piece) {
            case "\\n" -> "\n";
            case "\\t" -> "\t";
            case "\\\"" -> "\"";
            case "\\\\" -> "\\";
            case "$$" -> "$";
            default -> piece;
        };
    }

    private interface Reading<T> {
        T read();
    }

    private <T extends Expression> T merged(Reading<T> reading, String end) {
        linesMerge.push(true);
        T read = reading.read();
        // Within the brackets still, so that a line end before the closing one means nothing.
        peek();
        linesMerge.pop();
        expect(end);
        return read;
    }

    private Token peek() {
        if (linesMerge.peek()) {
            skipLines();
        }
        return tokens.get(at);
    }

    private Token next() {
        Token token = peek();
        at++;
        return token;
    }

    private void skipLines() {
        while (tokens.get(at).kind() == Kind.NEWLINE) {
            at++;
        }
    }

    private void expect(String sign) {
        if (!peek().is(sign)) {
            throw wrong(sign);
        }
        at++;
    }

    private IllegalArgumentException wrong(String wanted) {
        Token token = tokens.get(at);
        return new IllegalArgumentException("line " + token.line() + ": wanted " + wanted + ", found "
                + token.text().strip());
    }
}
