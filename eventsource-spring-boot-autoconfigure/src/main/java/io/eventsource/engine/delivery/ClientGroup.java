package io.eventsource.engine.delivery;

import java.util.concurrent.ThreadLocalRandom;

import io.eventsource.Callee;
import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.log.StartPosition;
import io.eventsource.engine.runtime.Worker;
import io.eventsource.engine.runtime.WorkerReplaced;
import org.jspecify.annotations.Nullable;

/**
 * The clients of one stream that one worker serves. A signal, coming from any thread,
 * makes the worker pass over them once.
 */
public final class ClientGroup implements Worker.Task {

	private final Delivery delivery;

	private final DeliveryListener listener;

	private final Worker worker;

	private final PassSignal pass;

	private final WorkerShare share;

	private final FlushSchedule schedule;

	private final ClientList clients = new ClientList();

	private final ClientService service;

	private final ClientProgress progress;

	private final GroupRest rest;

	private volatile @Nullable CloseReason closing;

	/**
	 * Makes a group without clients.
	 * @param contention counts for how long the publisher waits for clients of the group
	 * @param listener hears how the delivery goes on
	 */
	public ClientGroup(Delivery delivery, Contention.Share contention, DeliveryListener listener, Worker worker) {
		this.delivery = delivery;
		this.listener = listener;
		this.worker = worker;
		this.pass = new PassSignal(worker, this);
		this.share = new WorkerShare(contention, this.pass::signal);
		this.service = new ClientService(this.clients, this.share.budget(), listener);
		this.progress = new ClientProgress(this.clients, this.share);
		this.rest = new GroupRest(this.clients, worker, this::tick);
		this.schedule = new FlushSchedule(delivery, worker, this.pass);
	}

	/**
	 * Gives a client its place in the log. Any thread; never blocks.
	 */
	public EventConnection admit(EventClient client, EventSink sink) {
		ClientCursor cursor;
		Floor floor = this.share.floor();
		synchronized (floor) {
			// Before the place is taken, so that no publisher runs away from it meanwhile
			long tail = this.delivery.log().tail();
			floor.protect(tail);
			StartPosition start = this.delivery.placement().start(client.lastEventId());
			Beginning beginning = Beginning.of(this.delivery.log(), start, tail, client.lastEventId());
			cursor = new ClientCursor(Recipient.of(client, sink), this.delivery, this.share, beginning, now());
			this.clients.add(cursor, this.delivery.log().tail());
			floor.protect(beginning.due());
		}
		this.pass.signal();
		return cursor;
	}

	private long now() {
		return this.delivery.context().clock().getAsLong();
	}

	/**
	 * Has what was published be sent in its time. Any thread; never blocks.
	 */
	void scheduleFlush() {
		this.schedule.schedule();
	}

	/**
	 * Ends all connections of the group. Any thread; never blocks.
	 */
	void close(CloseReason reason) {
		this.closing = reason;
		this.pass.signalLast();
	}

	/**
	 * Sends the clients away, one after the other within a time. Any thread; never
	 * blocks.
	 */
	void drain(long nanos) {
		this.worker.execute(() -> {
			registerArrivals();
			this.rest.end();
			long now = now();
			for (ClientCursor cursor : this.clients.cursors()) {
				cursor.departAt(now + ThreadLocalRandom.current().nextLong(nanos + 1));
			}
		});
	}

	/**
	 * What the clients are asked for.
	 */
	ClientQuestions questions() {
		return new ClientQuestions(this.delivery.context(), this.clients, this.worker, this::interrupted);
	}

	/**
	 * What the worker is to run on every tick.
	 */
	Runnable ticker() {
		return this.rest.ticker();
	}

	/**
	 * How far the clients of the group are.
	 */
	public Floor floor() {
		return this.share.floor();
	}

	/**
	 * What has been counted up to the end of the latest pass, at least.
	 */
	DeliveryCounts counts() {
		// A volatile read, which follows what the worker has written before it
		return (this.share.floor().slowest() > Long.MIN_VALUE) ? this.share.counts() : new DeliveryCounts();
	}

	@Override
	public void run() {
		this.pass.begin();
		long now = now();
		boolean rested = this.rest.interrupt();
		if (rested) {
			this.progress.settle(now);
		}
		registerArrivals();
		this.share.begin(this.delivery.log().tail());
		this.schedule.passed(now, this.share.tail());
		CloseReason reason = this.closing;
		boolean more = this.service.serveAll(now, reason);
		long fresh = this.share.counts().takeFresh();
		Frame first = (fresh >= 0) ? this.delivery.log().frame(fresh) : null;
		updatePositions(now);
		if (more) {
			this.pass.signal();
		}
		settle(now, rested, reason);
		this.pass.end();
		if (first != null) {
			this.listener.flushed(first);
		}
	}

	/**
	 * Goes on after the thread was replaced in the midst of a pass or a tick.
	 */
	@Override
	public void interrupted() {
		this.service.countOff();
		this.pass.signalLater();
		this.pass.signal();
	}

	/**
	 * Does what is due by the clock.
	 */
	private void tick() {
		long now = now();
		if (this.rest.lasts(now)) {
			this.pass.retry();
			return;
		}
		this.share.budget().begin();
		for (ClientCursor cursor : this.clients.cursors()) {
			cursor.tick(now);
		}
		updatePositions(now);
		this.share.forgetSlices();
		if (this.closing == null) {
			this.rest.begin(now);
		}
		this.pass.retry();
	}

	/** Rests on after a pass if nothing is left to be done. */
	private void settle(long now, boolean rested, @Nullable CloseReason reason) {
		if (reason != null) {
			this.worker.stopTicking(ticker());
		}
		else if (rested && this.rest.begin(now)) {
			this.share.forgetSlices();
		}
	}

	private void registerArrivals() {
		this.clients.registerArrivals(this::begin);
	}

	/**
	 * Ends the connection of a client that cannot be given its place.
	 */
	private void begin(ClientList.Arrival arrival) {
		ClientCursor cursor = arrival.cursor();
		try {
			this.share.counts().arrived(arrival.tail());
			cursor.prepare();
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
			this.delivery.context()
				.supervisor()
				.failed(Callee.ENGINE, () -> cursor.client() + " could not be given its place", ex);
			cursor.close(CloseReason.FAILED);
		}
	}

	private void updatePositions(long now) {
		this.progress.update(now);
		this.listener.progressed();
	}

}
