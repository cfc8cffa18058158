package flotilla.push;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Wishes, durable until they are fulfilled or given up. */
public interface WishStore {
    /** A wish that was given up, and why. */
    record GivenUp(Wish wish, String why) {}

    /** Keeps a wish, unless there is one of its name. */
    CompletionStage<Done> add(Wish wish);

    /** Keeps what has become of a wish. */
    CompletionStage<Done> update(Wish wish);

    /** The wish of a name; empty when it is there no more. */
    CompletionStage<Optional<Wish>> find(String name);

    /** Names of open wishes, the oldest first. */
    CompletionStage<List<String>> names(int most);

    /** The open wishes for a request or a batch. */
    CompletionStage<List<Wish>> open(String id);

    /** Those that were given up, as long as they are kept. */
    CompletionStage<List<GivenUp>> givenUp(String id);

    /** Keeps a wish whose receiver was told of a provisional failure apart from the open ones. */
    CompletionStage<Done> setAside(Wish wish);

    /** The wish of a name that was set aside; empty when it is there no more. */
    CompletionStage<Optional<Wish>> findAside(String name);

    /** Names of wishes that were set aside. */
    CompletionStage<List<String>> namesAside(int most);

    /** Forgets a wish that is fulfilled, set aside or not; a missing one is no error. */
    CompletionStage<Done> remove(Wish wish);

    /** Keeps a wish among those that were given up, for people to look at, and forgets it otherwise. */
    CompletionStage<Done> giveUp(Wish wish, String why);
}
