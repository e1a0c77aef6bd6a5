package main

import (
	"encoding/json"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

func listenToSocketMode(client *slack.Client, _ []string) (interface{}, error) {
	socket := socketmode.New(client)
	go func() {
		for event := range socket.Events {
			tellOfSocketMode(socket, event)
		}
	}()
	return nil, socket.Run()
}

func tellOfSocketMode(socket *socketmode.Client, event socketmode.Event) {
	switch data := event.Data.(type) {
	case slackevents.EventsAPIEvent:
		say(map[string]interface{}{"type": data.InnerEvent.Type, "event": data.InnerEvent.Data, "team": data.TeamID})
		socket.Ack(*event.Request)
	case *socketmode.ErrorBadMessage:
		// An event that this version has no type for. It can be read and acknowledged all the same.
		var envelope struct {
			EnvelopeID string `json:"envelope_id"`
			Payload    struct {
				Event json.RawMessage `json:"event"`
			} `json:"payload"`
		}
		if err := json.Unmarshal(data.Message, &envelope); err != nil {
			panic(err)
		}
		say(map[string]interface{}{"type": "unknown", "why": data.Cause.Error(), "event": envelope.Payload.Event})
		socket.Send(socketmode.Response{EnvelopeID: envelope.EnvelopeID})
	default:
		say(map[string]interface{}{"type": event.Type})
	}
}

func listenToRTM(client *slack.Client, _ []string) (interface{}, error) {
	rtm := client.NewRTM()
	go rtm.ManageConnection()
	for event := range rtm.IncomingEvents {
		if problem, bad := event.Data.(error); bad {
			say(map[string]interface{}{"type": event.Type, "why": problem.Error()})
			continue
		}
		say(map[string]interface{}{"type": event.Type, "event": event.Data})
	}
	return nil, nil
}
