package flotilla.push;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Names of the wishes whose receivers were told of a provisional failure: the store keeps them, and an answer may still come.
 * Nothing is done for them until their request has news, or, should that have been missed, their turn comes. Not safe for
 * threads.
 */
final class Aside {
    private final TreeSet<String> names = new TreeSet<>();
    private String lastTurn = "";

    void add(String name) {
        names.add(name);
    }

    /** Those about a request, which are no longer here then. */
    List<String> take(String id) {
        // A wish's name is an id, a hyphen and letters and digits; a dot sorts right behind the hyphen.
        return taken(new ArrayList<>(names.subSet(id + "-", id + ".")));
    }

    /** The next ones in turn, which are no longer here then. */
    List<String> next(int most) {
        List<String> turn = new ArrayList<>(
                names.tailSet(lastTurn, false).stream().limit(most).toList());
        if (turn.size() < most) {
            names.headSet(lastTurn, true).stream().limit(most - turn.size()).forEach(turn::add);
        }
        lastTurn = turn.isEmpty() ? "" : turn.get(turn.size() - 1);
        return taken(turn);
    }

    private List<String> taken(List<String> some) {
        some.forEach(names::remove);
        return some;
    }
}
