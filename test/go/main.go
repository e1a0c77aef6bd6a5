// Makes one call with slack-go and prints as a line of JSON what came of it, or listens and prints a line for each event.
//
//	slack-go [-through-client] API_URL TOKEN CALL [ARGUMENT...]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"

	"github.com/slack-go/slack"
)

var calls = map[string]func(client *slack.Client, arguments []string) (interface{}, error){
	"AuthTest": func(client *slack.Client, _ []string) (interface{}, error) {
		return client.AuthTest()
	},
	"GetUserInfo": func(client *slack.Client, arguments []string) (interface{}, error) {
		return client.GetUserInfo(arguments[0])
	},
	"GetUserProfile": func(client *slack.Client, arguments []string) (interface{}, error) {
		return client.GetUserProfile(&slack.GetUserProfileParameters{
			UserID:        arguments[0],
			IncludeLabels: arguments[1] == "true",
		})
	},
	"SetUserCustomStatus": func(client *slack.Client, arguments []string) (interface{}, error) {
		return nil, client.SetUserCustomStatus(arguments[0], arguments[1], seconds(arguments[2]))
	},
	"SetUserCustomStatusWithUser": func(client *slack.Client, arguments []string) (interface{}, error) {
		return nil, client.SetUserCustomStatusWithUser(arguments[0], arguments[1], arguments[2], seconds(arguments[3]))
	},
	"UnsetUserCustomStatus": func(client *slack.Client, _ []string) (interface{}, error) {
		return nil, client.UnsetUserCustomStatus()
	},
	"SetUserRealName": func(client *slack.Client, arguments []string) (interface{}, error) {
		return nil, client.SetUserRealName(arguments[0])
	},
	"ListenToSocketMode": listenToSocketMode,
	"ListenToRTM":        listenToRTM,
}

func main() {
	throughClient := flag.Bool("through-client", false, "lead the library here by its HTTP client, not by its option")
	flag.Parse()
	arguments := flag.Args()
	address, token, name := arguments[0], arguments[1], arguments[2]

	where := slack.OptionAPIURL(address)
	if *throughClient {
		where = slack.OptionHTTPClient(&http.Client{Transport: elsewhere{address}})
	}
	client := slack.New(token, slack.OptionAppLevelToken(token), where)
	result, err := calls[name](client, arguments[3:])
	if err != nil {
		say(map[string]interface{}{"error": describe(err)})
		return
	}
	say(map[string]interface{}{"result": result})
}

// Sends to our server what the library sends to Slack, whichever address it took.
type elsewhere struct{ address string }

func (there elsewhere) RoundTrip(request *http.Request) (*http.Response, error) {
	address, err := url.Parse(there.address)
	if err != nil {
		return nil, err
	}
	moved := request.Clone(request.Context())
	moved.URL.Scheme, moved.URL.Host, moved.Host = address.Scheme, address.Host, address.Host
	return http.DefaultTransport.RoundTrip(moved)
}

func describe(err error) map[string]interface{} {
	described := map[string]interface{}{"kind": fmt.Sprintf("%T", err), "text": err.Error()}
	switch kind := err.(type) {
	case slack.SlackErrorResponse:
		described["messages"] = kind.ResponseMetadata.Messages
	case *slack.RateLimitedError:
		described["retryAfterSeconds"] = kind.RetryAfter.Seconds()
	case slack.StatusCodeError:
		described["status"] = kind.Code
	}
	return described
}

func say(what interface{}) {
	if err := json.NewEncoder(os.Stdout).Encode(what); err != nil {
		panic(err)
	}
}

func seconds(text string) int64 {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return number
}
