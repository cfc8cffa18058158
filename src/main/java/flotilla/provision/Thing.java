package flotilla.provision;

/**
 * One thing in an account.
 *
 * @param name by which it is found
 */
public record Thing(Kind kind, String name) {
    @Override
    public String toString() {
        return kind.words() + " " + name;
    }
}
